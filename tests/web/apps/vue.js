import { Access } from "@portcullis/edge/access";
import { Can, portcullis, useModules } from "@portcullis/edge/vue";
import { createApp, h } from "vue";

const trust = await (await fetch("/trust.json")).json();
const access = new Access({ url: "/access.pclb", trust, subject: { id: "jo", roles: ["agent"] } });
const slots = (name, end) => ({ default: () => `${name} yes${end}`, denied: () => `${name} no${end}`, pending: () => "pending" });
const App = {
  setup() {
    const modules = useModules();
    return () => [
      h("nav", modules.value?.map(({ module, label }) => h("a", { key: module }, label))),
      h(Can, { I: "tickets:read" }, slots("tickets:read", ", ")),
      h(Can, { I: "tickets:delete" }, slots("tickets:delete", "")),
    ];
  },
};
createApp(App).use(portcullis, { access }).mount("#root");
