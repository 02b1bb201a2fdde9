/** What the emulated vendors accept. They are no secret: the emulators listen on loopback alone and hold nobody's data. */
export const EMULATED_CREDENTIALS = {
  accountSid: `AC${'0'.repeat(31)}1`,
  authToken: 'emulated-auth-token',
  apiKey: 'emulated-api-key',
} as const;
