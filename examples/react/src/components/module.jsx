import { parentOf } from "../modules.js";
import { Link, pathOf } from "../route.jsx";
import { Cards } from "./cards.jsx";
import { Grants } from "./grants.jsx";
import { Interactions } from "./interactions.jsx";

export function Module({ module, modules, data, act }) {
  const above = modules.find((one) => one.module === parentOf(module.module));
  const below = modules.filter((one) => parentOf(one.module) === module.module);
  return (
    <>
      {above && (
        <p className="above">
          <Link to={pathOf(above.module)}>{above.label}</Link>
        </p>
      )}
      <h1>{module.label}</h1>
      {module.module === "interactions" && <Interactions listed={data.interactions} act={act} />}
      <Cards modules={below} all={modules} />
      <Grants grants={module.grants} />
    </>
  );
}
