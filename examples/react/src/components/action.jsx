import { Can } from "@portcullis/edge/react";

// Hidden where the role never allows it; shown but off where it allows it for other rows only.
export function Action({ I, on, label, what, run }) {
  const button = (allowed) => (
    <button
      type="button"
      aria-label={`${label}: ${what}`}
      aria-disabled={!allowed}
      title={allowed ? undefined : "Your role allows this for other rows, not for this one"}
      onClick={allowed ? run : undefined}
    >
      {label}
    </button>
  );
  return (
    <Can I={I}>
      <Can I={I} on={on} denied={button(false)}>
        {button(true)}
      </Can>
    </Can>
  );
}
