// SPDX-License-Identifier: Apache-2.0
// Processor time and memory that other processes use, from /proc.
#pragma once

namespace realname {

// User and system time of process `pid` itself, in seconds; its children do not count. 0 if there is no such process.
double CpuSeconds(int pid);

// The same of process `pid`, its living children, and those that ended and were waited for: a PostgreSQL postmaster
// with all its backends, a server with its face workers.
double CpuSecondsOfFamily(int pid);

// Resident memory of process `pid` and its living children, in MiB. What they share counts for each.
double ResidentMiBOfFamily(int pid);

}  // namespace realname
