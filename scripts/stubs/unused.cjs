// Replaces a package that a bundled one imports but never uses; any use is an error.
const unused = () => {
  throw new Error('this package is not part of the build');
};
module.exports = new Proxy(unused, {
  get: (_, key) => (key === 'default' || key === '__esModule' ? module.exports : unused()),
  construct: unused,
});
