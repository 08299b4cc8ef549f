/** The module of that name, deflated and in base64: `build.js` writes it into the script. */
declare module "deflated:*" {
  const base64: string;
  export default base64;
}
