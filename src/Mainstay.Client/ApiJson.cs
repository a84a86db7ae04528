using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mainstay.Client;

/// <summary>Source-generated JSON metadata of every message of the API; the manager uses the same.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CibOperationRequest))]
[JsonSerializable(typeof(CibOperationResult))]
[JsonSerializable(typeof(IReadOnlyList<CibRevision>))]
[JsonSerializable(typeof(ManagerStatus))]
[JsonSerializable(typeof(IdleResult))]
[JsonSerializable(typeof(ManagerEvent))]
[JsonSerializable(typeof(AttributeUpdate))]
[JsonSerializable(typeof(IReadOnlyList<AttributeValue>))]
[JsonSerializable(typeof(CleanupRequest))]
[JsonSerializable(typeof(CleanupResult))]
[JsonSerializable(typeof(FenceRequest))]
[JsonSerializable(typeof(ConfirmFencedRequest))]
[JsonSerializable(typeof(FencingEvent))]
[JsonSerializable(typeof(IReadOnlyList<FencingEvent>))]
[JsonSerializable(typeof(ManagerError))]
public sealed partial class ApiJson : JsonSerializerContext;
