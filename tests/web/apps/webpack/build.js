import webpack from "webpack";

import config from "./webpack.config.js";

webpack(config, (error, stats) => {
  if (error) throw error;
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const said = [...errors, ...warnings].map(({ message }) => message);
  if (said.length > 0) throw new Error(said.join("\n"));
});
