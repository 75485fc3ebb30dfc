"""The GraphQL door: thin, like the REST door; every rule, permission and query lives in the domain."""
