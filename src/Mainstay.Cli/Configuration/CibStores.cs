namespace Mainstay.Cli.Configuration;

/// <summary>Chooses where the CIB comes from.</summary>
internal static class CibStores
{
    /// <summary>The file that the user named, else that of <c>CIB_file</c> (spec/cli-crm.md section 2), else the running cluster.</summary>
    public static ICibStore Open(ToolContext context, string? file)
    {
        var named = string.IsNullOrEmpty(file) ? context.Environment("CIB_file") : file;
        return string.IsNullOrEmpty(named) ? context.LiveCib ?? new LiveCibStore(context) : new FileCibStore(named);
    }
}
