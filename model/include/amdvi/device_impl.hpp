// The definitions of BasicDevice, for whoever instantiates it with a domain of his own.
#pragma once

#include <amdvi/impl/command.hpp>
#include <amdvi/impl/log.hpp>
#include <amdvi/impl/mmio.hpp>
#include <amdvi/impl/translate.hpp>
