import { parentOf } from "../modules.js";
import { Cards } from "./cards.jsx";

export function Home({ person, modules }) {
  const [first] = person.name.split(" ");
  const top = modules.filter(({ module }) => parentOf(module) === undefined);
  return (
    <>
      <h1>Hello, {first}</h1>
      {top.length === 0 ? (
        <p className="lead">No module is open to you yet. Ask an admin for a role.</p>
      ) : (
        <p className="lead">These modules are open to you.</p>
      )}
      <Cards modules={top} all={modules} />
    </>
  );
}
