"""Token to Actor and back: the only place that knows JWT, signing keys, JWKS, passwords and secrets.

Nothing here opens a database or knows HTTP, and nothing else imports jose, argon2 or a private key. `keys`
holds the key ring, `tokens` issues and verifies access tokens, `credentials` judges passwords and secrets.
"""
