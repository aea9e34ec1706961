/** Kept equal to package.json by test/version.test.ts; an import of package.json would pull it into the bundle's layout. */
export const VERSION = '0.1.0';
