// Stands for a package that the program bundles but never uses: using it is an error.
const unused = () => {
  throw new Error('this package is not part of the build');
};
module.exports = new Proxy(unused, {
  get: (_, key) => (key === 'default' || key === '__esModule' ? module.exports : unused()),
  construct: unused,
});
