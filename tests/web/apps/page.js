import { asked } from "./fetched.js";

document.body.append(await asked());
