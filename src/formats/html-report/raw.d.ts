/** A file as text, put in place by the build. */
declare module '*?raw' {
  const text: string;
  export default text;
}
