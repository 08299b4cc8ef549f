// Sample interactions: who owns, made or works on each, as the policy's scopes ask.

const row = (number, customer, topic, open, owner, assignees, teams) => ({
  id: `i-${number}`,
  customer,
  topic,
  open,
  resource: { owner, creator: owner, assignees, teams },
});

export const SAMPLES = [
  row(1, "Nordlys Energi", "The meter reading is counted twice", true, "jo", ["jo"], ["emea"]),
  row(2, "Café Miró", "A refund for order 48213", true, "lin", ["lin", "jo"], ["emea"]),
  row(3, "Halden & Sons", "Cannot sign in after the move", true, "mika", ["mika"], ["emea"]),
  row(4, "Kestrel Cargo", "The webhook answers with 502", true, "lin", ["lin"], ["emea"]),
  row(5, "Yamada Print", "Change the billing address", false, "rei", ["rei"], ["apac"]),
  row(6, "Blue Fern Dental", "Export of last year's calls", true, "rei", ["rei"], ["apac"]),
  row(7, "Osprey Hotels", "The chat window is in the wrong language", false, "mika", ["jo"], ["emea"]),
  row(8, "Tallinn Tram", "A second line for the night shift", true, "noa", ["noa"], ["amer"]),
];
