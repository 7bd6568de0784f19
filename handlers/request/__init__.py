"""The way of a request, compiled at start from the contract.

`application` assembles it from Connexion's documented extension points: `transport` (what every answer has), `errors`
(what was raised becomes an answer), `documentation`, `routing` (which operation), and `operation` (credentials, rate
limit, parameters, body, handler, answer), which takes each step from the module named after it.
"""
