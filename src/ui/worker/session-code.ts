import { bringBack, keepObjects } from './kept-objects'
import { lateSession } from './late-session'
import { look } from './reader'

// Importing this module puts the rest of the session in its place.
lateSession.arrive({ look, keepObjects, bringBack })
