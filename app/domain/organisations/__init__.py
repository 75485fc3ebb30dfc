"""Who is here: charities, partner agencies, establishments, programmes, members and API clients."""
