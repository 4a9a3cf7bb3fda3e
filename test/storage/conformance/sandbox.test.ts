import { startSandboxStore } from "../../support/stores/sandbox-store";
import { keepPromises } from "./keep-promises";

keepPromises("sandbox", "the sandbox's store", startSandboxStore);
