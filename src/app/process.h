// What every command that serves does with its process: limits, signals, the end.
#pragma once

namespace stepscope {

// Before there are other threads: it decides for all of them which signals they see.
void BecomeServer();

// Waits for SIGINT or SIGTERM. From then on the process ends within a second, whatever a query or a
// slow file system is doing.
void WaitForEnd();

// As SIGTERM does, from any thread.
void AskForEnd();

}  // namespace stepscope
