declare module '*.arch?raw' {
  const text: string;
  export default text;
}
