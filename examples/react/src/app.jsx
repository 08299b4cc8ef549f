import { Portcullis } from "@portcullis/edge/react";

import { Content } from "./components/content.jsx";
import { Features } from "./components/features.jsx";
import { Header } from "./components/header.jsx";
import { Navigation } from "./components/navigation.jsx";
import { Status } from "./components/status.jsx";
import { Route } from "./route.jsx";

// The same on the server, which gives a view, and in the browser, which gives its access.
export function App({ view, access, path, go, people, tenant, data, message = "", act, setFeature }) {
  const source = access ? { access, location: path, refreshSeconds: 2 } : { view };
  return (
    <Portcullis {...source}>
      <Route value={{ path, go }}>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        <Header people={people} person={data.person} tenant={tenant} />
        <div className="frame">
          <nav id="navigation" popover="auto" aria-label="Modules">
            <Navigation offers={data.offers} tenant={tenant} />
            <Features tenant={tenant} setFeature={setFeature} />
          </nav>
          <main id="main" tabIndex={-1}>
            <Content data={data} tenant={tenant} act={act} />
            <Status message={message} />
          </main>
        </div>
      </Route>
    </Portcullis>
  );
}
