import { parentOf } from "../modules.js";
import { Link, pathOf } from "../route.jsx";
import { sentence } from "./grants.jsx";

export function Cards({ modules, all }) {
  if (modules.length === 0) return null;
  return (
    <ul className="cards">
      {modules.map(({ module, label, grants }) => {
        const below = all.filter((one) => parentOf(one.module) === module).map((one) => one.label);
        return (
          <li key={module}>
            <Link to={pathOf(module)}>{label}</Link>
            <p>{below.length > 0 ? below.join(", ") : sentence(grants)}</p>
          </li>
        );
      })}
    </ul>
  );
}
