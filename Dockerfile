# Two images from one build: `docker build --target coordinator .` and `docker build --target node .`
# Not built in CI, which has no Docker engine; the instructions are checked statically.
FROM node:20-bookworm AS build
WORKDIR /app
COPY . .
# Installing builds, too.
RUN npm ci && npm prune --omit=dev

FROM node:20-bookworm-slim AS program
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/proto ./proto
# Pages; what is made of them is in dist.
COPY --from=build /app/web ./web

FROM program AS coordinator
# Letters of charts that are exported as pictures.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-liberation && rm -rf /var/lib/apt/lists/*
# Its database's migrations and its example configuration.
COPY --from=build /app/coordinator ./coordinator
USER node
EXPOSE 7400 7401 7402
ENTRYPOINT ["node", "dist/coordinator/main.js"]
CMD ["start", "--config", "/federation/coordinator.yaml"]

# A node exposes no port: it dials out and listens to nobody.
FROM program AS node
COPY --from=build /app/node-agent ./node-agent
USER node
ENTRYPOINT ["node", "dist/node-agent/main.js"]
CMD ["start", "--config", "/agency/node.yaml"]
