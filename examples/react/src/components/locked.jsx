import { Lock } from "./icons.jsx";

export function Locked({ offer, tenant }) {
  return (
    <>
      <h1>{offer.label}</h1>
      <p className="lead">{offer.about}</p>
      <section className="panel locked-panel">
        <Lock />
        <div>
          <h2>Not in the plan of {tenant}</h2>
          <p>
            Your role opens this module, but {tenant} lacks the {offer.features.length > 1 ? "features" : "feature"}{" "}
            {offer.features.map((feature, at) => (
              <span key={feature}>
                {at > 0 && ", "}
                <code>{feature}</code>
              </span>
            ))}
            . It opens as soon as it is bought; you need not sign in again.
          </p>
        </div>
      </section>
    </>
  );
}
