// The long introduction of the contract is there to be opened, and not in the way of the operations.
const Folded = {
  wrapComponents: {
    InfoContainer: (Original, { React }) => (properties) =>
      React.createElement(
        "details",
        { className: "introduction" },
        React.createElement("summary", null, "What holds for all operations: views, references, null, limits, errors"),
        React.createElement(Original, properties),
      ),
  },
};

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  plugins: [Folded],
  // Until it has read the contract, the page shows what it came with.
  onComplete: () => {
    document.getElementById("outline").remove();
    document.getElementById("reference").hidden = false;
  },
  // Nobody else is asked whether the contract is valid.
  validatorUrl: null,
});
