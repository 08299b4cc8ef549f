import { Link } from "../route.jsx";
import { Gate, Menu } from "./icons.jsx";
import { People } from "./people.jsx";

export function Header({ people, person, tenant }) {
  return (
    <header>
      <button type="button" className="menu-button" popoverTarget="navigation">
        <Menu />
        Menu
      </button>
      <Link className="brand" to="/">
        <Gate />
        <span>Support desk</span>
      </Link>
      <span className="tenant">{tenant}</span>
      <People people={people} person={person} />
    </header>
  );
}
