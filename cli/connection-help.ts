/** Where `init` lets the coordinator listen. */
export const DEFAULT_URL = 'http://127.0.0.1:7401';

export const CONNECTION_HELP = `Connection:
  --url or TALLY_URL                      address of the coordinator's API, ${DEFAULT_URL} when not given
  --token-file or TALLY_TOKEN_FILE        file with a token, as \`tally coordinator init\` printed one
  TALLY_TOKEN                             the token itself
  Without these, the address and the token of \`tally login\`.`;
