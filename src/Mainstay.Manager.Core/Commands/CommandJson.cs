using System.Text.Json.Serialization;

namespace Mainstay.Manager.Core;

/// <summary>Source-generated metadata of commands and state.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 64)]
[JsonSerializable(typeof(Command))]
[JsonSerializable(typeof(StateSnapshot))]
internal sealed partial class CommandJson : JsonSerializerContext;
