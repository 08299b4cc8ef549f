import { useAccess } from "@portcullis/edge/react";

const WORDS = {
  pending: "Asking what you may see …",
  expired: "What you may see has to be asked for again, and the server does not answer.",
  offline: "The server cannot be reached, so nothing is shown.",
  unauthenticated: "You are no longer signed in.",
  forbidden: "There is nothing here for you.",
};

export function Status({ message }) {
  const { status } = useAccess();
  return (
    <p className="status" role="status">
      {status === "ready" ? message : (WORDS[status] ?? "Your permissions could not be loaded, so nothing is shown.")}
    </p>
  );
}
