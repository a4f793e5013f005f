"""The product's contract over HTTP: GraphQL on starlette, bounded, with coded errors; thin over `spine.explore`."""
