import { useAccess } from "@portcullis/edge/react";

export function Status({ message }) {
  const words = { pending: "Asking what you may see …", ready: message, failed: "Your permissions could not be loaded, so nothing is shown." };
  return (
    <p className="status" role="status">
      {words[useAccess()]}
    </p>
  );
}
