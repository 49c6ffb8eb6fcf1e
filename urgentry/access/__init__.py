"""Who somebody is, and what they may do: asked by `api`, `web` and the live stream.

`authentication` turns a header or a cookie into a `Principal`; `decision.access` turns a principal
and an organization or project into an `Access`, or refuses. What somebody must not know of is 404,
what they see but may not do is 403. `scopes` is the matrix of roles; `sign_in`, `sessions`,
`passwords` and `tokens` are the ways to become somebody; `origin` keeps other sites' pages out.
"""
