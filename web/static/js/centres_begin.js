/** Before somebody has registered: the centres by distance. */

import { sortsByDistance } from "./centres_near.js";

sortsByDistance();
