import { loadCatalogue } from './catalogue/load.ts';
import { VERSION } from './version.ts';

const catalogue = await loadCatalogue();
process.stdout.write(`gen-policy ${VERSION} ${catalogue.version}\n`);
