import { Check, Down } from "./icons.jsx";

// Who is signed in, and a switch between the people of the demo. Each choice is a form's own
// submission: the server signs the other in and sends a page of theirs, without a script.
export function People({ people, person }) {
  const current = people.find(({ id }) => id === person.id);
  return (
    <>
      <button type="button" className="person-button" popoverTarget="people">
        <Avatar name={current.name} />
        <span className="who">
          <span className="visually-hidden">Signed in as </span>
          <span className="name">{current.name}</span> <span className="role">{current.role}</span>
        </span>
        <Down />
      </button>
      <form id="people" popover="auto" method="post" aria-label="Sign in as somebody else">
        <p>Demo: sign in as</p>
        <ul>
          {people.map(({ id, name, role }) => (
            <li key={id}>
              <button formAction={`/person/${id}`} aria-current={id === current.id ? "true" : undefined}>
                <Avatar name={name} />
                <span className="who">
                  <span className="name">{name}</span> <span className="role">{role}</span>
                </span>
                {id === current.id && <Check />}
              </button>
            </li>
          ))}
        </ul>
      </form>
    </>
  );
}

function Avatar({ name }) {
  const letters = name.split(" ").map(([first]) => first);
  return (
    <span className="avatar" aria-hidden="true">
      {letters.join("")}
    </span>
  );
}
