// What @hey-api/openapi-ts makes of the contract: types, a client on fetch, and one class with a method for each operation.
export default {
  input: process.env.CONTRACT,
  output: { path: process.env.OUTPUT, importFileExtension: '.js' },
  plugins: [
    { name: '@hey-api/client-fetch', throwOnError: true },
    '@hey-api/typescript',
    {
      name: '@hey-api/sdk',
      operations: { strategy: 'single', containerName: 'Operations' },
      paramsStructure: 'flat',
      responseStyle: 'data',
    },
  ],
};
