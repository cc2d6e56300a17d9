import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components/Tabs";
import { useWords } from "../i18n/language";
import { useIsAdmin } from "../session/context";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import { Announce, CreateUser } from "./admin-people";
import { DeadLetters } from "./admin-dead-letters";
import { Models } from "./admin-models";
import { Sources } from "./admin-sources";
import { Overview } from "./overview";

export default function Admin(): ReactNode {
  const { admin, sources, state } = useWords();
  if (!useIsAdmin()) return <Empty title={state.forbidden} />;
  return (
    <Page title={admin.title}>
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={admin.title}>
          <Tab id="users">{admin.users}</Tab>
          <Tab id="budgets">{admin.budgets}</Tab>
          <Tab id="sources">{sources.title}</Tab>
          <Tab id="models">{admin.models}</Tab>
          <Tab id="dead">{admin.deadLetters}</Tab>
          <Tab id="announce">{admin.announce}</Tab>
        </TabList>
        <TabPanel id="users">
          <CreateUser />
        </TabPanel>
        <TabPanel id="budgets">
          <Overview />
        </TabPanel>
        <TabPanel id="sources">
          <Sources />
        </TabPanel>
        <TabPanel id="models">
          <Models />
        </TabPanel>
        <TabPanel id="dead">
          <DeadLetters />
        </TabPanel>
        <TabPanel id="announce">
          <Announce />
        </TabPanel>
      </Tabs>
    </Page>
  );
}
