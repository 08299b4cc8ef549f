import { type Port, serveAuthor } from "./serve";

serveAuthor(self as unknown as Port);
