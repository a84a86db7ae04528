namespace Mainstay.Cli.CibTools;

/// <summary>Exit statuses of the native tools and their texts (spec/cli-crm.md section 3).</summary>
internal static class NativeExit
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int InvalidParameter = 2;
    public const int Unimplemented = 3;
    public const int Usage = 64;
    public const int Data = 65;
    public const int NoInput = 66;
    public const int Io = 74;
    public const int Configuration = 78;
    public const int Disconnected = 102;
    public const int NoSuchObject = 105;
    public const int Unsafe = 107;
    public const int Expired = 110;
    public const int NotYet = 111;
    public const int Unsatisfied = 113;

    /// <summary>The text of a status.</summary>
    public static string Text(int code) => code switch
    {
        Ok => "OK",
        Error => "Error occurred",
        InvalidParameter => "Invalid parameter",
        Unimplemented => "Unimplemented",
        4 or 77 => "Insufficient privileges",
        Usage => "Incorrect usage",
        Data => "Invalid data given",
        NoInput => "Input file not available",
        69 => "Necessary service unavailable",
        70 => "Internal software bug",
        73 => "Cannot create output file",
        Io => "I/O error occurred",
        76 => "Protocol violated",
        Configuration => "Invalid configuration",
        Disconnected => "Not connected",
        103 => "Update was older than existing configuration",
        NoSuchObject => "No such object",
        Unsafe => "Operation not safe",
        108 => "Requested item already exists",
        Expired => "Requested item has expired",
        NotYet => "Requested item is not yet in effect",
        Unsatisfied => "Not applicable under current conditions",
        124 => "Timeout occurred",
        _ => "Error occurred",
    };
}
