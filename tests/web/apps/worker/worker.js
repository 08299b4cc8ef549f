import { asked } from "../fetched.js";

asked().then(postMessage, (error) => postMessage(String(error)));
