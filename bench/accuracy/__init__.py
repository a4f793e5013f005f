"""How accurate the product is, with other resolvers beside."""
