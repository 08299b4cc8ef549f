// As older code has it: a bundler gives `require` what it gives `import`.
const { Portcullis, start } = require("@portcullis/edge");
const { Access } = require("@portcullis/edge/access");

start().then(() => document.body.append(`${typeof Portcullis.load} ${typeof Access}`));
