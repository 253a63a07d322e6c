// Echo and nothing else, as the server of one loop does.
import { defineHandler } from 'gev';

export default defineHandler(() => ({ onMessage: (_connection, data) => data }));
