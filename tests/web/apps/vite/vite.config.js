export default { publicDir: "../../public", esbuild: { jsx: "automatic" }, build: { target: "es2022" } };
