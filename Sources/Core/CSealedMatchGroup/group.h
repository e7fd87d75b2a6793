// All of it over the field that was included before.
#pragma once
#include "field.h"
#include "bytes.h"
#include "curve.h"
#include "scalar.h"
#include "multiply.h"
#include "doubles.h"
#include "buckets.h"
#include "sha512.h"
#include "forget.h"
#include "operations.h"
