// SPDX-License-Identifier: Apache-2.0
// Processor time and memory that other processes use, from /proc.
#pragma once

namespace realname {

// User and system time of process `pid` itself, in seconds; its children do not count. 0 if there is no such process.
double CpuSeconds(int pid);

// The same of process `pid`, its living children, and those that ended and were waited for: a server with its face
// workers.
double CpuSecondsOfFamily(int pid);

// The same of a PostgreSQL postmaster's children that serve clients of its Unix socket now. Not counted are those that
// ended, and what writes in the background (checkpoints, the log, vacuum): it comes by the clock and not by who asks.
double CpuSecondsOfBackends(int postmaster);

// Resident memory of process `pid` and its living children, in MiB. What they share counts for each.
double ResidentMiBOfFamily(int pid);

}  // namespace realname
