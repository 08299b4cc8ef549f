// Drawn in the colour of the text around them; the words beside them say what they mean.
const Icon = ({ children }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
    {children}
  </svg>
);

export const Gate = () => (
  <Icon>
    <path d="M4 21V11a8 8 0 0 1 16 0v10M9.3 4v17M14.7 4v17M4 11h16M4 16h16" />
  </Icon>
);

export const Lock = () => (
  <Icon>
    <rect x="5" y="11" width="14" height="9" rx="2" />
    <path d="M8 11V8a4 4 0 0 1 8 0v3" />
  </Icon>
);

export const Menu = () => (
  <Icon>
    <path d="M4 7h16M4 12h16M4 17h16" />
  </Icon>
);

export const Down = () => (
  <Icon>
    <path d="m7 10 5 5 5-5" />
  </Icon>
);

export const Check = () => (
  <Icon>
    <path d="m5 12 5 5 9-10" />
  </Icon>
);
