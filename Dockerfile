# One image for every role; docker-compose.yml says which command each service runs.
FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
RUN mkdir /data && chown node:node /data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY prisma/migrations ./prisma/migrations
COPY demo ./demo
COPY web ./web
COPY workers ./workers
COPY src ./src
USER node
VOLUME /data
EXPOSE 3000
ENTRYPOINT ["node", "--enable-source-maps", "--disable-warning=DeprecationWarning", "--import", "tsx", "src/main.ts"]
CMD ["start"]
