// Starts GraphiQL, signs people in and offers examples. A file of its own because the page's content security
// policy allows no inline script. The token, the queries and their answers live in this page's memory alone.
"use strict";

(() => {
  const { createElement, useEffect, useRef } = React;
  const { useEditorContext, useSchemaContext } = GraphiQL.React;
  const WELCOME = "# Choose an example above, or write a query here and press Ctrl-Enter.\n";

  const byId = (id) => document.getElementById(id);
  // What the page can ask of GraphiQL, once it is there.
  const editor = { show: null, readSchema: null };
  let token = null;
  let ending = null;

  // What GraphiQL would put into localStorage: on a shared computer nothing may outlive the tab.
  function forgetfulStorage() {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, String(value)),
      removeItem: (key) => void kept.delete(key),
      clear: () => kept.clear(),
      get length() {
        return kept.size;
      },
    };
  }

  function say(text, refused = false) {
    byId("standing").textContent = text;
    byId("standing").classList.toggle("refused", refused);
  }

  function useToken(value, who, seconds) {
    token = value;
    clearTimeout(ending);
    byId("sign-in").hidden = byId("paste").hidden = true;
    byId("sign-out").hidden = false;
    if (seconds) {
      const until = new Date(Date.now() + seconds * 1000);
      say(`${who} until ${until.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}.`);
      ending = setTimeout(() => dropToken("Your token has ended: sign in again."), seconds * 1000);
    } else {
      say(`${who}.`);
    }
    editor.readSchema?.();
  }

  function dropToken(reason) {
    token = null;
    clearTimeout(ending);
    byId("sign-in").hidden = byId("paste").hidden = false;
    say(reason, true);
  }

  async function fetcher(parameters, { headers: typed } = {}) {
    const stop = new AbortController();
    const headers = new Headers({
      // Events only where there is nothing else: a subscription.
      Accept: "application/graphql-response+json, application/json, text/event-stream",
      "Content-Type": "application/json",
    });
    const sent = token;
    if (sent) {
      headers.set("Authorization", `Bearer ${sent}`);
    }
    // What is typed in the headers editor goes before what this page would say.
    for (const [name, value] of Object.entries(typed ?? {})) {
      headers.set(name, value);
    }
    const answer = await fetch("graphql", {
      method: "POST",
      headers,
      body: JSON.stringify(parameters),
      cache: "no-store",
      signal: stop.signal,
    });
    if (answer.status === 401 && sent && sent === token && headers.get("Authorization") === `Bearer ${sent}`) {
      dropToken("Your token is no longer accepted: sign in again.");
    } else if (answer.status === 401 && !headers.has("Authorization")) {
      say("Sign in first: this was refused without a token.", true);
    }
    const kind = answer.headers.get("Content-Type") ?? "";
    if (kind.startsWith("text/event-stream")) {
      return stoppable(results(answer.body), stop);
    }
    if (!/^application\/(.+\+)?json\b/.test(kind)) {
      throw new Error(`The service answered ${answer.status} and not with JSON.`);
    }
    return answer.json();
  }

  // The results of a stream as they come (graphql-sse: events `next`, then `complete`).
  async function* results(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) {
        throw new Error("The stream broke off: run it again.");
      }
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const lines of events.map((event) => event.split("\n"))) {
        if (lines.includes("event: complete")) {
          return;
        }
        if (lines.includes("event: next")) {
          const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice("data:".length));
          yield JSON.parse(data.join("\n"));
        }
      }
    }
  }

  // GraphiQL's button stops the request itself, not only after the next event has come.
  function stoppable(stream, stop) {
    const end = { done: true, value: undefined };
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => stream.next().catch((error) => (stop.signal.aborted ? end : Promise.reject(error))),
      return: () => {
        stop.abort();
        return Promise.resolve(end);
      },
    };
  }

  async function signIn(event) {
    event.preventDefault();
    const [username, password] = [byId("username").value, byId("password").value];
    byId("password").value = "";
    say("Signing in …");
    try {
      const answer = await fetch("oauth/token", {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ grant_type: "password", username, password }),
        cache: "no-store",
      });
      const granted = await answer.json();
      if (answer.ok) {
        useToken(granted.access_token, `Signed in as ${username}`, granted.expires_in);
      } else {
        say(granted.error_description ?? granted.detail ?? `Refused (${answer.status}).`, true);
      }
    } catch {
      say("The service could not be reached, or did not answer with JSON.", true);
    }
  }

  function pasteToken(event) {
    event.preventDefault();
    const value = byId("token").value.trim().replace(/^Bearer\s+/i, "");
    byId("token").value = "";
    if (/^[A-Za-z0-9._~+/-]+=*$/.test(value)) {
      useToken(value, "Using a pasted token");
    } else {
      say("That is not a bearer token.", true);
    }
  }

  async function offerExamples() {
    const select = byId("examples");
    const examples = await (await fetch(byId("graphiql").dataset.examples)).json();
    const groups = new Map();
    examples.forEach(({ title, role }, index) => {
      if (!groups.has(role)) {
        groups.set(role, select.appendChild(document.createElement("optgroup")));
        groups.get(role).label = `As ${role.replaceAll("_", " ")}`;
      }
      groups.get(role).append(new Option(title, index));
    });
    select.addEventListener("change", () => {
      if (select.value !== "") {
        editor.show?.(examples[Number(select.value)]);
        select.value = ""; // so that the same example can be chosen again
      }
    });
  }

  // Shows nothing: it stands inside GraphiQL because only there are its editors within reach.
  function Bridge() {
    const editors = useEditorContext({ nonNull: true });
    const { schema, introspect } = useSchemaContext({ nonNull: true });
    const waiting = useRef(null);
    const untouched = useRef(WELCOME);

    const fill = ({ query, variables }) => {
      editors.queryEditor.setValue(query);
      editors.variableEditor.setValue(Object.keys(variables).length ? JSON.stringify(variables, null, 2) : "");
      untouched.current = query;
    };
    useEffect(() => {
      editor.show = (example) => {
        const written = editors.queryEditor.getValue();
        if (written.trim() === "" || written === untouched.current) {
          fill(example);
        } else {
          // Somebody's own work stays in its tab.
          waiting.current = example;
          editors.addTab();
        }
      };
      editor.readSchema = () => schema || introspect();
    });
    useEffect(() => {
      if (waiting.current) {
        fill(waiting.current);
        waiting.current = null;
      }
    }, [editors.activeTabIndex]);
    return null;
  }

  byId("sign-in").addEventListener("submit", signIn);
  byId("paste").addEventListener("submit", pasteToken);
  // A page loaded anew remembers nothing: neither the token nor the answers on the screen.
  byId("sign-out").addEventListener("click", () => location.reload());
  // Nor may "Back" bring a left page to life again with the token in it.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  ReactDOM.createRoot(byId("graphiql")).render(
    createElement(
      GraphiQL,
      {
        defaultEditorToolsVisibility: "variables",
        defaultQuery: WELCOME,
        fetcher,
        isHeadersEditorEnabled: true,
        plugins: [GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false })],
        shouldPersistHeaders: false,
        storage: forgetfulStorage(),
        toolbar: { additionalContent: createElement(Bridge) },
      },
      // Its own logo is a link to somebody else's site.
      createElement(GraphiQL.Logo, null, "GraphiQL"),
    ),
  );
  offerExamples();
})();
