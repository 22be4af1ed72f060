declare module '*.tex' {
  const formulas: Readonly<Record<string, import('./ui/formula').Formula>>;
  export default formulas;
}
