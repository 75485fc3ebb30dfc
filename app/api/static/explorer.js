// Starts Swagger UI. A file of its own because the page's content security policy allows no inline script.
"use strict";

// Swagger UI's password form sends client credentials too, even when none were typed: "Basic " + btoa(":").
// That is a client with an empty name, which a token endpoint is right to refuse. Sent nothing, mean nothing.
function withoutEmptyClient(request) {
  const name = Object.keys(request.headers || {}).find((key) => key.toLowerCase() === "authorization");
  if (name && request.headers[name] === "Basic " + btoa(":")) {
    delete request.headers[name];
  }
  return request;
}

window.addEventListener("DOMContentLoaded", () => {
  window.ui = SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: true,
    // A token opens people's records: it must not outlive the tab on a shared computer.
    persistAuthorization: false,
    requestInterceptor: withoutEmptyClient,
    requestSnippetsEnabled: true,
    tryItOutEnabled: true,
    // The default asks an outside service to judge the document.
    validatorUrl: null,
  });
});
